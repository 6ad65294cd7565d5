"""What every domain stands on; knows nothing of fashion or festivals."""
