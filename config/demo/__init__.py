"""The sample district of demo mode: its network, workbook, map and some weeks of life. All of it is invented."""
