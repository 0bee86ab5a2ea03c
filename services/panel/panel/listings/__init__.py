"""What a store offers at its channel, beside what the ERP sells: matches, links, dates."""
