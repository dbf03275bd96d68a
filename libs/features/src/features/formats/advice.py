"""What to do about a file that can't be used, where several formats say the same."""

from typing import Final

SEND_STILL: Final = "Send a still JPEG, PNG or WebP photo"
SEND_AGAIN: Final = "Export the photo again and send the whole file"
SEND_SRGB: Final = "Convert the photo to 8-bit RGB and send it again"
