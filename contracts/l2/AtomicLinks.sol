// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAtomicLinks, ILinkRecipient, Link} from "../interfaces/l2/IAtomicLinks.sol";
import {IImportedRoots} from "../interfaces/l2/IImportedRoots.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IMessageVerification} from "../interfaces/l2/IMessageVerification.sol";
import {L2LogTree} from "../libraries/L2LogTree.sol";
import {LinkIndex} from "../libraries/LinkIndex.sol";
import {TransactionTree} from "../libraries/TransactionTree.sol";
import {L2Message} from "../types/L2Transactions.sol";
import {Predeploys} from "./Predeploys.sol";

/// @notice See {IAtomicLinks}. Not in the genesis state: any account puts it at one address of every chain (CREATE2).
contract AtomicLinks is IAtomicLinks {
    bytes32 private constant LINK_TAG = keccak256("hyperchain.link.v1");
    /// @dev First byte of a message's body, before the link's id.
    bytes1 private constant SENT = 0x01;
    bytes1 private constant RECEIVED = 0x02;

    /// @dev Slot 0: `src/ecosystem/devnet/links` overrides it to learn if `send` would succeed with a receipt.
    mapping(bytes32 id => mapping(uint256 chainId => bool)) public isConfirmed;
    mapping(address sender => uint64) public nonceOf;
    mapping(bytes32 id => bool) public isReceived;

    /// @inheritdoc IAtomicLinks
    function confirm(bytes32 id, uint256 chainId, uint256 batchNumber, uint256 index, bytes32[] calldata siblings) external {
        // Only a link, which L1 compares: a root or fact would not bind the batch that sends.
        bytes32 logRoot = IImportedRoots(Predeploys.IMPORTED_ROOTS).rootAt(LinkIndex.linkIndex(chainId, batchNumber));
        bytes32 leaf = L2LogTree.messageLeaf(address(this), keccak256(abi.encodePacked(RECEIVED, id)));
        if (logRoot == 0 || siblings.length != L2LogTree.DEPTH || _rootAbove(leaf, index, siblings) != logRoot) {
            revert ReceiptNotProven(id, chainId, batchNumber);
        }
        isConfirmed[id][chainId] = true;
        emit LinkConfirmed(id, chainId, batchNumber);
    }

    /// @inheritdoc IAtomicLinks
    function send(uint256 toChain, address recipient, bytes calldata data, uint64 expires) external returns (bytes32 id) {
        if (toChain == block.chainid) revert LinkMisdirected(toChain, block.chainid);
        if (block.timestamp > expires) revert LinkExpired(expires, block.timestamp);
        Link memory link = Link(block.chainid, toChain, msg.sender, nonceOf[msg.sender]++, recipient, expires, data);
        id = _idOf(link);
        if (!isConfirmed[id][toChain]) revert LinkUnconfirmed(id);
        emit LinkSent(id, toChain, msg.sender, link);
        IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(abi.encodePacked(SENT, id));
    }

    /// @inheritdoc IAtomicLinks
    function receiveLink(Link calldata link, uint256 batchNumber, uint256 index, bytes32[] calldata proof) external {
        bytes32 id = _idOf(link);
        if (link.toChain != block.chainid || link.fromChain == block.chainid) {
            revert LinkMisdirected(link.toChain, block.chainid);
        }
        if (block.timestamp > link.expires) revert LinkExpired(link.expires, block.timestamp);
        if (isReceived[id]) revert LinkAlreadyReceived(id);
        if (link.recipient.code.length == 0) revert LinkRecipientWithoutCode(link.recipient);
        L2Message memory message = L2Message(0, address(this), abi.encodePacked(SENT, id));
        bool isProven = IMessageVerification(Predeploys.MESSAGE_VERIFICATION).proveL2MessageInclusionShared(
            link.fromChain, batchNumber, index, message, proof
        );
        if (!isProven) revert LinkNotProven(id, link.fromChain, batchNumber);
        isReceived[id] = true;
        emit LinkReceived(id, link.fromChain, link.sender, link.recipient);
        ILinkRecipient(link.recipient).onLink(link.fromChain, link.sender, link.data);
        IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(abi.encodePacked(RECEIVED, id));
    }

    function _idOf(Link memory link) private pure returns (bytes32) {
        return keccak256(abi.encode(LINK_TAG, link));
    }

    /// @dev 0 for an index beyond the tree, which would be a second name of a log.
    function _rootAbove(bytes32 leaf, uint256 index, bytes32[] calldata siblings) private pure returns (bytes32 node) {
        if (index >> L2LogTree.DEPTH != 0) return 0;
        node = leaf;
        for (uint256 level = 0; level < L2LogTree.DEPTH; ++level) {
            bytes32 sibling = siblings[level];
            node = (index >> level) & 1 == 0
                ? TransactionTree.hashPair(node, sibling)
                : TransactionTree.hashPair(sibling, node);
        }
    }
}
