"""Parts of the script that makes the demonstration county."""
