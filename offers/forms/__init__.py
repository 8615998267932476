"""Layer 3: documents as forms, and forms as documents. `fields` has single members, `rows` lists, `offer` a whole offer."""
