// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregateStatement, IAggregateVerifier} from "../interfaces/IAggregateVerifier.sol";
import {IStarkVerifier} from "../interfaces/IStarkVerifier.sol";

/// @title Verifier of aggregates: turns a statement into the public values of the generated STARK verifier
contract AggregateVerifier is IAggregateVerifier {
    /// @notice The STARK verifier of the program that is wrapped for L1. It is trusted: the deployer of this contract must give the
    /// one that was generated for the version's programs.
    IStarkVerifier public immutable stark;

    constructor(IStarkVerifier stark_) {
        stark = stark_;
    }

    /// @inheritdoc IAggregateVerifier
    /// @dev The public values are the statement's elements, four big-endian bytes each: count, digest, point, evaluation, states of a hub. They are passed
    /// on unchanged; the STARK verifier refuses those that are not canonical.
    function verify(AggregateStatement calldata statement, bytes calldata proof) external view returns (bool) {
        uint256 count = statement.batchCount;
        if (count > type(uint32).max) return false;
        bytes memory values = abi.encodePacked(
            uint32(count),
            statement.digest,
            statement.point,
            statement.evaluation,
            statement.hubBefore,
            statement.hubAfter
        );
        return stark.verify(keccak256(values), values, proof);
    }

    /// @inheritdoc IAggregateVerifier
    function verificationKey() external view returns (bytes32) {
        return stark.verificationKey();
    }
}
