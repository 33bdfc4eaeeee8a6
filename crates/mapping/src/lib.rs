//! Which field goes where: rules, projections to shared terms, and their explanation.
