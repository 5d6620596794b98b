"""Pages in a browser."""

import webbrowser

assert webbrowser.open_new_tab("https://www.google.com/")
assert webbrowser.open_new("https://www.google.com/")
assert webbrowser.open("https://www.google.com/")
