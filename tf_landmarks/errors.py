"""The one exception for what a user can mend."""


class UserError(Exception):
    """A mistake of the user's, told in one sentence.

    The sentence names the file or the flag, says what is wrong with it and
    what to do. `command_line.run` prints it and ends with status 1.
    """
