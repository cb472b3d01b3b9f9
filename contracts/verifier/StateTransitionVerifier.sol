// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStarkVerifier} from "../interfaces/IStarkVerifier.sol";
import {IStateTransitionVerifier, StateTransition} from "../interfaces/IStateTransitionVerifier.sol";
import {Limbs} from "../libraries/Limbs.sol";
import {Quintic} from "./Quintic.sol";

/// @title Verifier of state transitions: turns a statement into the public values of the generated STARK verifier
contract StateTransitionVerifier is IStateTransitionVerifier {
    /// @dev The circuit reads the powers r, r^2, r^3 of the point.
    uint256 private constant HIGHEST_POWER = 3;

    /// @notice The STARK verifier of the system "state-transition/2". It is trusted: the deployer of this contract must
    /// give the generated one.
    IStarkVerifier public immutable stark;

    constructor(IStarkVerifier stark_) {
        stark = stark_;
    }

    /// @inheritdoc IStateTransitionVerifier
    function verify(StateTransition calldata statement, bytes calldata proof) external view returns (bool) {
        bytes32 statementHash = keccak256(
            abi.encodePacked(
                statement.commitment,
                statement.oldStateRoot,
                statement.newStateRoot,
                statement.diffDigest,
                statement.point,
                statement.evaluation,
                statement.outputsHash
            )
        );
        return stark.verify(statementHash, publicValues(statement), proof);
    }

    /// @notice The circuit's public values, four big-endian bytes each: both roots, the digest, y, the limbs of the outputs
    /// hash, the powers of r. Elements are passed on unchanged; the STARK verifier refuses those that are not canonical.
    function publicValues(StateTransition calldata statement) public pure returns (bytes memory values) {
        (uint256 lowLimbs, uint256 highLimbs) = Limbs.ofWord(statement.outputsHash);
        values = bytes.concat(
            abi.encodePacked(
                statement.oldStateRoot,
                statement.newStateRoot,
                statement.diffDigest,
                statement.evaluation,
                lowLimbs,
                highLimbs,
                statement.point // unreduced, so that a point that is not canonical is refused
            ),
            new bytes(20 * (HIGHEST_POWER - 1))
        );
        uint256 power = Quintic.fromBytes20(statement.point);
        uint256 base = Quintic.toMontgomery(power);
        uint256 end;
        // From back to front every element would overwrite its predecessor's tail; from front to back only bytes that
        // are still to come, of which 12 lie behind the last element, in memory that is not used yet.
        assembly ("memory-safe") {
            end := add(values, add(32, mload(values)))
            mstore(0x40, add(mload(0x40), 32))
        }
        for (uint256 to = end - 20 * (HIGHEST_POWER - 1); to < end; to += 20) {
            power = Quintic.multiply(base, power);
            uint256 word = Quintic.toWord20(power) << 96;
            assembly ("memory-safe") {
                mstore(to, word)
            }
        }
    }
}
