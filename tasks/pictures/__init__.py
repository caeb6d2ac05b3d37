"""Pictures of a journey: the temperatures of each leg, and who held what; SVG and PNG.

matplotlib is imported only where a picture is drawn, so that workers start fast.
"""
