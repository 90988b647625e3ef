-- Payout files go by the day in China on which a payment was instructed: eight hours ahead of UTC, in days since 1970.
CREATE INDEX instructions_of_day ON instructions ((created_at + 28800000000) / 86400000000, id);
CREATE INDEX journal_instructed ON journal ((at + 28800000000) / 86400000000, policy, district, amount)
    WHERE movement IN ('instruct', 'reinstruct');
