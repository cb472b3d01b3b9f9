// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProvenPeer} from "../interfaces/bridges/IProvenPeer.sol";
import {IERC7786GatewaySource, IERC7786Recipient} from "../interfaces/l2/IERC7786.sol";
import {IInteropAttributes} from "../interfaces/l2/IInteropAttributes.sol";
import {InteroperableAddress} from "../l2/InteroperableAddress.sol";

/// @notice See {IProvenPeer}.
abstract contract ProvenPeer is IProvenPeer {
    /// @dev For `receiveMessage` of the peer, which takes some 100,000 with a record of 81 bytes.
    uint256 private constant RECORDING_GAS = 300_000;

    /// @inheritdoc IProvenPeer
    address public immutable operator;
    mapping(uint256 chainId => Remote) private remotes;
    /// @inheritdoc IProvenPeer
    mapping(uint64 id => uint256 chainId) public chainOf;
    /// @inheritdoc IProvenPeer
    mapping(uint256 chainId => bool) public isOpen;

    modifier onlyOperator() {
        if (msg.sender != operator) revert NotTheOperator(operator, msg.sender);
        _;
    }

    constructor(address operator_) {
        operator = operator_;
    }

    /// @inheritdoc IProvenPeer
    function setRemote(uint256 chainId, Remote calldata remote) external onlyOperator {
        bool complete = chainId != 0 && remote.id != 0 && remote.peer != address(0) && remote.gateway != address(0);
        if (!complete) revert IncompleteRemote(chainId);
        if (remotes[chainId].id != 0) revert RemoteKnown(chainId);
        if (chainOf[remote.id] != 0) revert IdTaken(remote.id, chainOf[remote.id]);
        remotes[chainId] = remote;
        chainOf[remote.id] = chainId;
        emit RemoteSet(chainId, remote.id, remote.peer, remote.gateway);
    }

    /// @inheritdoc IProvenPeer
    function open(uint256 chainId) external onlyOperator {
        if (remotes[chainId].id == 0) revert IncompleteRemote(chainId);
        isOpen[chainId] = true;
        emit RemoteOpened(chainId);
    }

    /// @inheritdoc IERC7786Recipient
    function receiveMessage(bytes32, bytes calldata sender, bytes calldata payload) external payable returns (bytes4) {
        (uint256 chainId, address account) = InteroperableAddress.parse(sender);
        Remote storage remote = remotes[chainId];
        if (msg.sender != remote.gateway) revert NotAGateway(remote.gateway, msg.sender);
        if (account != remote.peer) revert NotThePeer(remote.peer, account);
        if (msg.value != 0) revert ValueNotTaken(msg.value);
        _record(remote.id, payload);
        return IERC7786Recipient.receiveMessage.selector;
    }

    /// @inheritdoc IProvenPeer
    function remoteOf(uint256 chainId) public view returns (Remote memory) {
        return remotes[chainId];
    }

    /// @dev Stores the record that the member with this id sent. Calls no application, and does not fail by an application's state: a
    /// message that fails has ended.
    function _record(uint64 sourceId, bytes calldata payload) internal virtual;

    /// @dev Sends a record to the member with this id.
    function _pass(uint64 id, bytes memory payload) internal returns (bytes32 sendId) {
        uint256 chainId = _requireOpen(id);
        Remote storage remote = remotes[chainId];
        bytes[] memory attributes = new bytes[](1);
        attributes[0] = abi.encodeCall(IInteropAttributes.gasLimit, (RECORDING_GAS));
        bytes memory recipient = InteroperableAddress.encode(chainId, remote.peer);
        return IERC7786GatewaySource(remote.gateway).sendMessage(recipient, payload, attributes);
    }

    function _requireOpen(uint64 id) internal view returns (uint256 chainId) {
        chainId = chainOf[id];
        if (chainId == 0) revert NoRemote(id);
        if (!isOpen[chainId]) revert NotOpen(id);
    }
}
