-- Filters of the desk's queue that officers keep under names of their own. `query` is what the queue's address says; nothing
-- personal stands in it.
CREATE TABLE saved_filters (
    officer TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (officer, name)
);
