"""Read models: what people are shown, computed once for the command line and a web page; how it looks is theirs."""
