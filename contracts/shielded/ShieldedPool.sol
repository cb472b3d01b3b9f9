// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INoteTree} from "../interfaces/INoteTree.sol";
import {IShieldedPool, JoinSplit} from "../interfaces/IShieldedPool.sol";
import {IStarkVerifier} from "../interfaces/IStarkVerifier.sol";
import {Limbs} from "../libraries/Limbs.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";

/// @notice See {IShieldedPool}. Its balance is the sum of all notes that are not spent, plus coins that others force on it.
contract ShieldedPool is IShieldedPool, ReentrancyGuard {
    bytes32 private constant DIGEST_TAG = keccak256("hyperchain.join-split.v1");
    uint256 private constant ROOTS = 64;
    /// @dev The last pair would leave no node for the frontier.
    uint256 private constant PAIRS = 2 ** 19 - 1;

    /// @notice Verifier of the system "join-split/1".
    IStarkVerifier public immutable stark;
    INoteTree public immutable tree;

    uint256 private pairCount;
    bytes32[19] private frontier;
    bytes32[ROOTS] private recentRoots;
    mapping(bytes32 nullifier => bool) public isSpent;

    constructor(IStarkVerifier stark_, INoteTree tree_) {
        stark = stark_;
        tree = tree_;
        // Two zeros are two missing leaves: this is the root of the empty tree.
        (recentRoots[0],,) = tree_.append(0, 0, 0, frontier);
    }

    /// @inheritdoc IShieldedPool
    function transact(JoinSplit calldata transfer, bytes calldata proof) external payable nonReentrant {
        uint256 expected = uint256(transfer.valueIn) * 1 gwei;
        if (msg.value != expected) revert PaymentMismatch(expected, msg.value);
        if (transfer.relayer != address(0) && transfer.relayer != msg.sender) {
            revert NotTheRelayer(transfer.relayer, msg.sender);
        }
        if (transfer.fee > transfer.valueOut) revert FeeTooHigh(transfer.valueOut, transfer.fee);
        if (!isRecentRoot(transfer.root)) revert UnknownRoot(transfer.root);
        _spend(transfer.nullifiers[0]);
        _spend(transfer.nullifiers[1]);
        _verify(transfer, proof);
        uint256 index = _append(transfer.commitments[0], transfer.commitments[1]);
        emit Transacted(index, transfer.nullifiers, transfer.commitments, transfer.ciphertexts);
        if (transfer.valueOut != 0) _payOut(transfer);
    }

    /// @inheritdoc IShieldedPool
    function isRecentRoot(bytes32 root) public view returns (bool) {
        if (root == 0) return false;
        for (uint256 i = 0; i < ROOTS; i++) if (recentRoots[(pairCount + ROOTS - i) % ROOTS] == root) return true;
        return false;
    }

    /// @inheritdoc IShieldedPool
    function commitmentCount() external view returns (uint256) {
        return 2 * pairCount;
    }

    /// @inheritdoc IShieldedPool
    function digestOf(JoinSplit calldata transfer) public view returns (bytes32) {
        return keccak256(
            abi.encode(
                DIGEST_TAG,
                block.chainid,
                address(this),
                transfer.recipient,
                transfer.relayer,
                transfer.fee,
                keccak256(transfer.ciphertexts[0]),
                keccak256(transfer.ciphertexts[1])
            )
        );
    }

    function _spend(bytes32 nullifier) private {
        if (isSpent[nullifier]) revert NullifierSpent(nullifier);
        isSpent[nullifier] = true;
    }

    /// @dev The verifier refuses digests that are not canonical, so each has one encoding.
    function _verify(JoinSplit calldata transfer, bytes calldata proof) private view {
        bytes memory digests =
            abi.encodePacked(transfer.root, transfer.nullifiers, transfer.commitments);
        bytes32 statementHash =
            keccak256(abi.encodePacked(digests, transfer.valueIn, transfer.valueOut, digestOf(transfer)));
        uint256 limbs = Limbs.spread(uint256(transfer.valueIn) | (uint256(transfer.valueOut) << 64));
        stark.verify(statementHash, abi.encodePacked(digests, limbs), proof);
    }

    function _append(bytes32 first, bytes32 second) private returns (uint256 index) {
        uint256 pair = pairCount;
        if (pair == PAIRS) revert TreeFull();
        (bytes32 root, bytes32 node, uint256 level) = tree.append(pair, first, second, frontier);
        frontier[level] = node;
        pairCount = pair + 1;
        recentRoots[(pair + 1) % ROOTS] = root;
        return 2 * pair;
    }

    function _payOut(JoinSplit calldata transfer) private {
        uint256 fee = uint256(transfer.fee) * 1 gwei;
        uint256 amount = uint256(transfer.valueOut) * 1 gwei - fee;
        emit Withdrawn(transfer.recipient, amount, msg.sender, fee);
        _pay(transfer.recipient, amount);
        _pay(msg.sender, fee);
    }

    function _pay(address account, uint256 amount) private {
        if (amount == 0) return;
        (bool paid,) = account.call{value: amount}("");
        if (!paid) revert PaymentRefused(account);
    }
}
