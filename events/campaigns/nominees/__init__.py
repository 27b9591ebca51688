"""Who is put forward, seconded, vetted, objected to, and drawn a place in the list."""
