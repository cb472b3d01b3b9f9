// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {Forwarding, IForwarder, IForwarders} from "../interfaces/l2/IForwarders.sol";
import {MinimalProxy} from "../libraries/MinimalProxy.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";
import {FinalizeL1DepositParams} from "../types/L2Transactions.sol";
import {Forwarder} from "./Forwarder.sol";
import {GuardedCall} from "./GuardedCall.sol";

/// @notice See {IForwarders}. Holds nothing. Not in the genesis state: it is put on chains on which others settle (CREATE2).
contract Forwarders is IForwarders, ReentrancyGuard {
    /// @dev A first send of a token to a chain that settles here, with its announcement, takes 500,000.
    uint256 private constant ATTEMPT_GAS = 1_000_000;

    address private immutable implementation = address(new Forwarder());

    /// @inheritdoc IForwarders
    function forward(Forwarding calldata forwarding, address token) external nonReentrant returns (uint256 amount) {
        return _ensureForwarder(forwarding).forward(forwarding, token, msg.sender);
    }

    /// @inheritdoc IForwarders
    function claimAndForward(
        address bridge,
        FinalizeL1DepositParams calldata withdrawal,
        Forwarding calldata forwarding,
        address token
    ) external nonReentrant returns (uint256 amount) {
        ISharedBridge(bridge).finalizeDeposit(withdrawal);
        return _ensureForwarder(forwarding).forward(forwarding, token, msg.sender);
    }

    /// @inheritdoc IForwarders
    function refund(Forwarding calldata forwarding, address token) external nonReentrant returns (uint256 amount) {
        IForwarder forwarder = _ensureForwarder(forwarding);
        if (msg.sender != forwarding.refundTo) _requireStuck(forwarder, forwarding, token);
        return forwarder.refund(forwarding, token, msg.sender);
    }

    /// @inheritdoc IForwarders
    function forwarderOf(Forwarding calldata forwarding) public view returns (address forwarder) {
        return MinimalProxy.predict(address(this), implementation, _saltOf(forwarding));
    }

    /// @dev The attempt has exactly so much gas whatever the caller sent, and a contract around the call can neither use up the
    /// depth of calls nor hold a lock of the token's.
    function _requireStuck(IForwarder forwarder, Forwarding calldata forwarding, address token) private {
        // An account that delegates (EIP-7702) has code too.
        if (msg.sender != tx.origin || msg.sender.code.length != 0) revert CallerHasCode(msg.sender);
        bytes memory attempt = abi.encodeCall(IForwarder.forward, (forwarding, token, msg.sender));
        (bool success,) = GuardedCall.execute(address(forwarder), ATTEMPT_GAS, attempt, 0, 0);
        if (success) revert CanBeForwarded(address(forwarder), token);
    }

    function _ensureForwarder(Forwarding calldata forwarding) private returns (IForwarder) {
        address forwarder = forwarderOf(forwarding);
        if (forwarder.code.length == 0) {
            MinimalProxy.deploy(implementation, _saltOf(forwarding));
            emit ForwarderOpened(forwarder, forwarding);
        }
        return IForwarder(forwarder);
    }

    function _saltOf(Forwarding calldata forwarding) private pure returns (bytes32) {
        return keccak256(abi.encode(forwarding));
    }
}
