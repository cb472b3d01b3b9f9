// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregateStatement, IAggregateVerifier} from "../../../../contracts/interfaces/IAggregateVerifier.sol";

/// @notice Test double of the verifier of aggregates: a proof is the hash of its statement. It shows that the aggregator passes on the
/// right statement. The package does not include it, and no deployment knows it.
contract AggregateVerifierDouble is IAggregateVerifier {
    error WrongProof(bytes32 expected);

    /// @dev While true, says no instead of reverting.
    bool public refuses;

    function setRefuses(bool value) external {
        refuses = value;
    }

    function verify(AggregateStatement calldata statement, bytes calldata proof) external view returns (bool) {
        if (refuses) return false;
        bytes32 expected = keccak256(abi.encode(statement));
        if (proof.length != 32 || bytes32(proof) != expected) revert WrongProof(expected);
        return true;
    }

    function verificationKey() external pure returns (bytes32) {
        return bytes32(uint256(1));
    }
}
