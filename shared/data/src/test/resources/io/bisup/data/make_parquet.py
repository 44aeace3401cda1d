"""Makes questions.parquet: 20 rows of our own with the columns of ARC. Neither the build nor a test runs it.

pip install pyarrow && python make_parquet.py
"""

import pyarrow
import pyarrow.parquet

rows = []
for n in range(20):
    wrong = [n + 1, n + 3, n + 4, n + 5][: 2 + n % 3]
    texts = [str(n + 2)] + [str(w) for w in wrong]
    turn = n % len(texts)
    texts = texts[-turn:] + texts[:-turn] if turn else texts
    labels = list("ABCDE"[: len(texts)]) if n % 2 == 0 else [str(k + 1) for k in range(len(texts))]
    rows.append(
        {
            "id": f"sum-{n}",
            "question": f"How much is {n} and 2?",
            "choices": {"text": texts, "label": labels},
            "answerKey": labels[turn],
        }
    )
pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), "questions.parquet", compression="snappy")
