// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInteropCenter} from "../interfaces/l2/IInteropCenter.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2BaseToken} from "../interfaces/l2/IL2BaseToken.sol";
import {ISystemContext} from "../interfaces/l2/ISystemContext.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {TransferList} from "../libraries/TransferList.sol";
import {AssetTransfer} from "../types/AssetTransfer.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";

/// @notice See {IL2BaseToken}.
contract L2BaseToken is IL2BaseToken, RestrictedCallers {
    uint256 public withdrawalCount;

    /// @inheritdoc IL2BaseToken
    function payout(address to, uint256 amount) external {
        if (msg.sender != Predeploys.NATIVE_TOKEN_VAULT && msg.sender != Predeploys.BOOTLOADER) {
            revert CallerNotAllowed(Predeploys.BOOTLOADER, msg.sender);
        }
        // The bootloader's payments do not affect the verdict on an operation, so they run no code. The
        // vault's give a recipient 2,300 gas, which lets it log the receipt; it can neither write nor call.
        bool isArrival = msg.sender == Predeploys.NATIVE_TOKEN_VAULT;
        _pay(to, amount, isArrival ? Predeploys.DEPOSIT_RESERVE : 0, isArrival);
    }

    /// @inheritdoc IL2BaseToken
    function payListed(bytes32[] calldata entries) external onlyFrom(Predeploys.NATIVE_TOKEN_VAULT) {
        for (uint256 i = 0; i < entries.length; ++i) {
            (address to, uint256 amount) = TransferList.partsOf(entries[i]);
            _pay(to, amount, Predeploys.DEPOSIT_RESERVE, false);
        }
    }

    /// @inheritdoc IL2BaseToken
    function burn() external payable onlyFrom(Predeploys.NATIVE_TOKEN_VAULT) {
        _requireBacked();
    }

    /// @inheritdoc IL2BaseToken
    function returnToReserve() external payable {}

    /// @inheritdoc IL2BaseToken
    function withdraw(address l1Receiver) external payable {
        _sendWithdrawal(l1Receiver);
        emit Withdrawal(msg.sender, l1Receiver, msg.value);
    }

    /// @inheritdoc IL2BaseToken
    function withdrawWithMessage(address l1Receiver, bytes calldata additionalData) external payable {
        bytes32 messageHash = _sendWithdrawal(l1Receiver);
        IInteropCenter(Predeploys.INTEROP_CENTER).sendWithdrawalData(messageHash, msg.sender, additionalData);
        emit WithdrawalWithMessage(msg.sender, l1Receiver, msg.value, additionalData);
    }

    /// @inheritdoc IL2BaseToken
    function totalSupply() external view returns (uint256) {
        uint256 reserve = address(this).balance;
        return reserve < Predeploys.BASE_TOKEN_RESERVE ? Predeploys.BASE_TOKEN_RESERVE - reserve : 0;
    }

    /// @inheritdoc IL2BaseToken
    function balanceOf(uint256 account) external view returns (uint256) {
        return address(uint160(account)).balance;
    }

    /// @param kept What of the reserve this payment leaves.
    function _pay(address to, uint256 amount, uint256 kept, bool mayRunCode) private {
        uint256 reserve = address(this).balance;
        uint256 available = reserve > kept ? reserve - kept : 0;
        if (amount > available) revert ReserveExhausted(available, amount);
        bool received;
        if (mayRunCode || !_runsCode(to)) (received,) = to.call{value: amount, gas: 0}("");
        if (!received) _forcePayment(to, amount);
        emit Mint(to, amount);
    }

    /// @dev Whether a call of an account may run code: a contract's, that of a delegation, or a precompiled contract's.
    function _runsCode(address account) private view returns (bool) {
        return account.code.length != 0 || uint160(account) < 0x2000;
    }

    /// @dev A contract that destroys itself while it is created (which EIP-6780 keeps working) moves its balance without
    /// calling the recipient: no recipient can make a payment fail. Its code is PUSH20 recipient, SELFDESTRUCT.
    function _forcePayment(address to, uint256 amount) private {
        bytes memory code = abi.encodePacked(hex"73", to, hex"ff");
        address created;
        assembly ("memory-safe") {
            created := create(amount, add(code, 0x20), mload(code))
        }
        assert(created != address(0));
    }

    function _sendWithdrawal(address l1Receiver) private returns (bytes32 messageHash) {
        if (msg.value == 0) revert NothingToWithdraw();
        if (l1Receiver == address(0)) revert ZeroRecipient();
        _requireBacked();
        ISystemContext context = ISystemContext(Predeploys.SYSTEM_CONTEXT);
        (uint256 originChainId, address originToken) = context.baseTokenOrigin();
        messageHash = IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(
            AssetMessage.encode(
                AssetTransfer({
                    kind: AssetMessage.WITHDRAWAL,
                    destinationChainId: context.l1ChainId(),
                    originChainId: originChainId,
                    originToken: originToken,
                    amount: msg.value,
                    recipient: l1Receiver,
                    sender: msg.sender,
                    nonce: withdrawalCount++
                })
            )
        );
    }

    /// @dev The value has arrived already: a reserve above its first amount means that more came back than ever left.
    function _requireBacked() private view {
        // What waits in lists comes here when the batch is closed, which must not fail.
        uint256 reserve = address(this).balance + Predeploys.ASSET_ROUTER.balance;
        if (reserve > Predeploys.BASE_TOKEN_RESERVE) {
            uint256 before = reserve - msg.value;
            uint256 backed = before < Predeploys.BASE_TOKEN_RESERVE ? Predeploys.BASE_TOKEN_RESERVE - before : 0;
            revert UnbackedWithdrawal(backed, msg.value);
        }
    }
}
