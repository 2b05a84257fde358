"""How much text one form, one draft and one case take, so that nobody fills the disk, and how many letters.

All in bytes of UTF-8. The numbers are far above what people write: the longest reports that helplines told us of have
some 70 links, which is 10 kB. Whoever meets a limit is told what to do, and keeps what they typed.
"""

from __future__ import annotations

from datetime import timedelta

LARGEST_TYPED = 400_000  # one form: 500 links with long addresses, and the chat around them
# What arrives for it: in a form's encoding a byte of most scripts becomes three, and the fields have names.
LARGEST_FORM = 3 * LARGEST_TYPED + 50_000
# What a report keeps of pasted texts, those that were not understood once more. Everything else in it has one place
# each, so a whole draft stays below 2.5 MB.
LARGEST_PASTED = 1_500_000
# Messages, notes, answers, details and wishes of one case together. Recording goes on without words.
LARGEST_WORDS = 2_000_000
LARGEST_WORDS_OF_STAFF = 2 * LARGEST_WORDS  # so that a case which its person has filled leaves room to work on it
LETTERS_OF_A_REQUEST = 20  # a day: each one again after a correction
LETTERS_OF_A_CASE = 600  # a day: one to each of 500 platforms, and some again
LETTERS_DAY = timedelta(days=1)
