// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IL2ToL2CrossDomainMessenger} from "../../interfaces/bridges/superchain/IL2ToL2CrossDomainMessenger.sol";
import {ISuperchainETHBridge} from "../../interfaces/bridges/superchain/ISuperchainETHBridge.sol";
import {IERC7786GatewaySource, IERC7786Recipient} from "../../interfaces/l2/IERC7786.sol";
import {IInteropAttributes} from "../../interfaces/l2/IInteropAttributes.sol";
import {InteroperableAddress} from "../../l2/InteroperableAddress.sol";
import {Predeploys} from "../../l2/Predeploys.sol";
import {SuperchainPredeploys} from "./SuperchainPredeploys.sol";

/// @notice See {ISuperchainETHBridge}.
contract SuperchainETHBridge is ISuperchainETHBridge {
    IL2ToL2CrossDomainMessenger private constant MESSENGER = IL2ToL2CrossDomainMessenger(SuperchainPredeploys.MESSENGER);

    /// @inheritdoc ISuperchainETHBridge
    mapping(bytes32 transfer => uint256) public backed;

    /// @inheritdoc ISuperchainETHBridge
    function sendETH(address to, uint256 chainId) external payable returns (bytes32 hash) {
        if (to == address(0)) revert ZeroAddress();
        bytes[] memory attributes = new bytes[](3);
        attributes[0] = abi.encodeCall(IInteropAttributes.interopCallValue, (msg.value));
        attributes[1] = abi.encodeCall(IInteropAttributes.gasLimit, (SuperchainPredeploys.RECORDING_GAS));
        attributes[2] = abi.encodeCall(IInteropAttributes.refundRecipient, (msg.sender));
        IERC7786GatewaySource(Predeploys.INTEROP_CENTER).sendMessage{value: msg.value}(
            InteroperableAddress.encode(chainId, address(this)), abi.encode(msg.sender, to, msg.value), attributes
        );
        bytes memory message = abi.encodeCall(this.relayETH, (msg.sender, to, msg.value));
        hash = MESSENGER.sendMessage(chainId, address(this), message);
        emit SendETH(msg.sender, to, msg.value, chainId);
    }

    /// @inheritdoc IERC7786Recipient
    function receiveMessage(bytes32, bytes calldata sender, bytes calldata payload) external payable returns (bytes4) {
        if (msg.sender != Predeploys.INTEROP_CENTER) revert NotTheCenter(Predeploys.INTEROP_CENTER, msg.sender);
        (uint256 chainId, address account) = InteroperableAddress.parse(sender);
        if (account != address(this)) revert NotTheBridge(address(this), account);
        (address from, address to, uint256 amount) = abi.decode(payload, (address, address, uint256));
        if (msg.value != amount) revert WrongValue(amount, msg.value);
        ++backed[_transfer(chainId, from, to, amount)];
        return IERC7786Recipient.receiveMessage.selector;
    }

    /// @inheritdoc ISuperchainETHBridge
    function relayETH(address from, address to, uint256 amount) external {
        if (msg.sender != address(MESSENGER)) revert Unauthorized();
        (address sender, uint256 source) = MESSENGER.crossDomainMessageContext();
        if (sender != address(this)) revert InvalidCrossDomainSender();
        bytes32 transfer = _transfer(source, from, to, amount);
        if (backed[transfer] == 0) revert NotBacked(source, from, to, amount);
        --backed[transfer];
        emit RelayETH(from, to, amount, source);
        bool success;
        // Copies nothing of what the recipient returns.
        assembly ("memory-safe") {
            success := call(gas(), to, amount, 0, 0, 0, 0)
        }
        if (!success) revert PaymentFailed(to, amount);
    }

    function _transfer(uint256 source, address from, address to, uint256 amount) private pure returns (bytes32) {
        return keccak256(abi.encode(source, from, to, amount));
    }
}
