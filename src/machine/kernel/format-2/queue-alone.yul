// Format 2 has no modes of sequencing.

function requireChoice() { }
function nameNoBlocks() { }
function passCut() { }
function requireSecond(before) { }
function requireLastSecond(before) { }
