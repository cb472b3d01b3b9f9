// Chains of format 2 are not proven, so nothing binds their inputs here.

function beginInputs() { }
function noteBlock(kind, parent) { }
function noteRoot(index, root) { }
function noteTransaction(hash, parity, r, s) { }
function requireNoInputs() { }
