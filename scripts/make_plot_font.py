"""Makes verbs/g3/plot_font.json: the letters of PNG plots, from DejaVu Sans as matplotlib brings it.

    python scripts/make_plot_font.py > verbs/g3/plot_font.json

Needs matplotlib and Pillow, which the environment of the Python peers has. For each letter: advance in pixels, place of its
first column and row, and its rows, a hexadecimal digit of darkness a pixel.
"""
import json
import os

import matplotlib
from PIL import Image, ImageDraw, ImageFont

SIZE = 14
LETTERS = [*map(chr, range(32, 127)), *map(chr, range(161, 256)), *'…–−Ωµαβγδλπστφ√∞≤≥']

path = os.path.join(matplotlib.get_data_path(), 'fonts', 'ttf', 'DejaVuSans.ttf')
font = ImageFont.truetype(path, SIZE)
ascent, descent = font.getmetrics()
letters = {}
for letter in dict.fromkeys(LETTERS):
    image = Image.new('L', (SIZE * 3, ascent + descent + 4))
    ImageDraw.Draw(image).text((SIZE, 0), letter, font=font, fill=255)
    box = image.getbbox() or (SIZE, 0, SIZE, 0)
    shape = image.crop(box)
    pixels = list(shape.tobytes())
    width = shape.width
    rows = [''.join('%x' % min(15, (p + 8) // 17) for p in pixels[at:at + width]) for at in range(0, len(pixels), width or 1)]
    letters[letter] = ' '.join(map(str, [round(font.getlength(letter), 2), box[0] - SIZE, box[1], *rows]))
print(json.dumps({
    'from': 'DejaVu Sans, (c) 2003 Bitstream, Inc.; DejaVu changes are in public domain; see dejavu-fonts.github.io',
    'ascent': ascent,
    'height': ascent + descent,
    'letters': letters,
}, ensure_ascii=False, indent=2))
