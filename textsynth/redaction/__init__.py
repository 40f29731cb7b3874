"""Personal data in seeds is replaced before any prompt leaves, and looked for ever after.

`options`: the job field. `rows`: seeds in which each value has a stand-in. `leaks`: the values, in
memory, found again in prompts and rows. What a run writes down holds kinds and places, never a
value, nor a hash of one: the few numbers that a phone number can be are quickly tried out.

A reply in which the model says such a value by itself stays in the journal as it came: it is what
the row, which is dropped for it, is made from again when the run goes on. The journal is therefore
no part of what a run hands on; its prompts hold no value.
"""
