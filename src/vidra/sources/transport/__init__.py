"""HTTP as every source speaks it: capped answers, retries of what may pass, and addresses that are refused."""
