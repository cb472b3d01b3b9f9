// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Judges of a stake
/// @notice The contract that an operator names when it enlists a stake, and that alone can take it. It is
/// trusted with that share and with nothing else: one that lies takes the shares that were enlisted with it.
interface IEvidence {
    /// @notice Seconds after a fault until its slash is mined at the latest: the time within which a report may begin,
    /// and the time to send the slash. Registries read it once, when a stake is enlisted, and require at most their
    /// `unbonding`, so a report in the last second of its time still takes the coins.
    /// @param data Data of one of the services that this contract judges.
    function window(bytes calldata data) external view returns (uint48);
}
