package state

// Kept is how many states of a place stay.
const Kept = kept
