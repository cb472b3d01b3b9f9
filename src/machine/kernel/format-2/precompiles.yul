// Precompiled contracts with input that have no table are bytecode in format 2.

function runWithInput(account, given, input, output) -> left, length { left, length := runByCode(account, given, input, output) }
