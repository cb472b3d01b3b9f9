// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregateVerifier} from "./IAggregateVerifier.sol";

/// @title Verifier of aggregates under a protocol version under which NOTHING IS PROVEN. For tests only
/// @notice The number of this version has the highest of its 32 bits set. A registry accepts versions with this bit alone, or none.
interface INoProofAggregate is IAggregateVerifier {
    /// @notice The bytes are not the marker that names the statement.
    /// @param statement Hash that the marker must name.
    error AggregateMarkerMismatch(bytes32 statement);

    /// @notice Beginning of the marker; the hash of the statement follows.
    function MARKER() external view returns (string memory);
}
