-- Filters of the desk's queue that officers keep under names of their own. `query` is what the queue's address says; nothing
-- personal stands in it.
CREATE TABLE saved_filters (
    officer TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    PRIMARY KEY (officer, name)
) STRICT;
