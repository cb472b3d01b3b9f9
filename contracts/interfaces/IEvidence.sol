// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Judges of a stake
/// @notice The contract that an operator names when it enlists a stake, and that alone can take it. It is
/// trusted with that share and with nothing else: one that lies takes the shares that were enlisted with it.
interface IEvidence {
    /// @notice Seconds after a fault within which it may be reported, with the time to send the slash.
    /// Registries read it once, when a stake is enlisted, and require at most their `unbonding`.
    /// @param data Data of one of the services that this contract judges.
    function window(bytes calldata data) external view returns (uint48);
}
