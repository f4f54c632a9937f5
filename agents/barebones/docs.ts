/** What operators read about the operations of the barebones agent. @module */

/** Help for `count`. */
export const COUNT_DOC = `count()

**Process** - Counts up from 1, once per second, and publishes the value.

The count begins anew when the process is started again.

Notes:
    The newest value is in the session data::

        >>> response.session['data']
        {"value": 12,
         "timestamp": 1600448753.9288929}
`;

/** Help for `print`. */
export const PRINT_DOC = `print(text='hello world')

**Task** - Writes a text to the log of the agent.

Parameters:
    text (str, optional): Text to write. Defaults to 'hello world'.

Notes:
    The text is in the session data, too::

        >>> response.session['data']
        {"text": "hello world",
         "last_updated": 1660249321.8729222}
`;
