"""One visitor's work: kept, found again, taken in and handed out. Pure file work, no pages."""
