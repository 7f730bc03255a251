"""Two to four cells of the matrix side by side: one scale for their memory, differences in words."""
