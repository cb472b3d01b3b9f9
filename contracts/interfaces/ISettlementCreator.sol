// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SettlementTerms} from "../types/SettlementTerms.sol";

/// @title Creates the contracts that the chains on a hyperchain share, where anyone can compute them to be
/// @notice Its own address follows from its code, the terms and the hash of the codes (CREATE2 with salt 0, by the common deployer); theirs
/// follow from its address and their places. So a contract that knows the codes knows which contract is the bridge, without
/// asking the chain: neither another contract nor another wiring can be at these addresses. It has no owner.
interface ISettlementCreator {
    event SettlementPlanned(address indexed factory, SettlementTerms terms, bytes32 codes);

    /// @notice These are not the hashes of the codes from which the address follows.
    error OtherCodes(bytes32 expected, bytes32 actual);
    /// @notice This is not the code for the place.
    error OtherCode(uint256 place, bytes32 expected, bytes32 actual);
    error PlaceOutOfRange(uint256 places, uint256 actual);
    /// @notice Contracts are created in index order.
    error PlaceTooEarly(uint256 next, uint256 actual);
    /// @notice The constructor reverted, or had not gas enough.
    error CreationFailed(uint256 place);

    /// @notice Creates the contract of a place. Anyone; an existing one remains, so that no caller can block
    /// another.
    /// @param hashes Of the creation codes of all places, without arguments.
    /// @param code The creation code for the place, without arguments.
    function create(uint256 place, bytes32[] calldata hashes, bytes calldata code) external returns (address created);

    /// @notice Terms from which the addresses follow: readers of a state have them without the event.
    function terms() external view returns (SettlementTerms memory);

    /// @notice Number of places with a contract.
    function createdCount() external view returns (uint256);
}
