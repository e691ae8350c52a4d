"""What people and the form page are shown of a row: values in words, rows as the page's script reads them."""
