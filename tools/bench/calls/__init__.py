"""What each tool is asked to do: `prepare_X` puts data in its form, `run_X` is the timed call.

`run_X` returns the tool's own result and `answer_X` reads named numbers from it, untimed.
"""
