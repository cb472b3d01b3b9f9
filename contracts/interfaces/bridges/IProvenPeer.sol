// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC7786Recipient} from "../l2/IERC7786.sol";

/// @title Exchange of a bridge's records between members of an ecosystem by proven messages
/// @notice One contract on each member. It sends records to its peers and keeps what they send; it never
/// calls an application. So a message that arrives is recorded whatever the application does, and the
/// application's delivery is a separate transaction that can be repeated.
/// @dev Trusted: the operator, who names the peers; and of a peer's chain what L1 checks of its batches. A
/// chain whose quorum lies can send any record in its own name, and in no other's: a record is about the
/// chain that the gateway names.
interface IProvenPeer is IERC7786Recipient {
    /// @notice Another member, as this one reaches it.
    /// @param id The bridge's own number of it.
    /// @param peer The contract there.
    /// @param gateway On this member: what sends to it, and calls this contract with what it sends.
    struct Remote {
        uint64 id;
        address peer;
        address gateway;
    }

    event RemoteSet(uint256 indexed chainId, uint64 id, address peer, address gateway);
    event RemoteOpened(uint256 indexed chainId);

    error NotTheOperator(address operator, address caller);
    error IncompleteRemote(uint256 chainId);
    error RemoteKnown(uint256 chainId);
    error IdTaken(uint64 id, uint256 chainId);
    error NoRemote(uint64 id);
    /// @notice The remote is known, and nothing is sent there yet: its own side might not know this one.
    error NotOpen(uint64 id);
    error NotAGateway(address expected, address actual);
    error NotThePeer(address expected, address actual);
    error ValueNotTaken(uint256 value);
    /// @notice The record is about another member than the one that sent it.
    error WrongId(uint64 expected, uint64 actual);

    /// @notice Allows receiving from a member. The operator, once for a chain and for an id.
    function setRemote(uint256 chainId, Remote calldata remote) external;

    /// @notice Allows sending to a member. The operator, once the member has this one as a remote: what arrives before is lost.
    function open(uint256 chainId) external;

    function operator() external view returns (address);

    /// @notice Zeros for a chain that is not a remote.
    function remoteOf(uint256 chainId) external view returns (Remote memory);

    /// @notice The chain with the bridge's number; 0 where none has it.
    function chainOf(uint64 id) external view returns (uint256 chainId);

    function isOpen(uint256 chainId) external view returns (bool);
}
