// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    CrossChainAnswers,
    CrossChainCall,
    CrossChainContract,
    Hyperchain,
    Interoperable
} from "../../../../contracts/Hyperchain.sol";
import {IERC7786GatewaySource} from "../../../../contracts/interfaces/l2/IERC7786.sol";

/// @notice Function that banks call on other chains.
interface IPayable {
    function pay(uint256 amount) external payable returns (uint256);
}

/// @notice Credits accounts by messages of its peers, calls contracts on other chains, and stores the
/// outcomes. Every function is open, because tests are the caller.
contract Bank is CrossChainContract, CrossChainAnswers {
    struct Request {
        uint256 chainId;
        address target;
        uint256 value;
        uint256 amount;
        uint256 paid;
        address refundTo;
        uint256 answerGas;
        uint256 answerReward;
        uint256 reward;
        uint256 gasLimit;
        uint256 deadline;
        address destinationToken;
    }

    mapping(address account => uint256) public credit;
    mapping(bytes32 callId => uint256) public timesTold;
    bytes32 public lastReceiveId;
    bytes32 public lastCallId;
    uint256 public lastAnswer;
    bytes public lastFailure;
    bool public isDeaf;
    bool public wasCreditedWhilePaying;
    bool internal isPaying;

    receive() external payable {}

    function setPeer(uint256 chainId, address peer) external {
        _setPeer(chainId, peer);
    }

    function setDeaf(bool isDeaf_) external {
        isDeaf = isDeaf_;
    }

    function tell(uint256 chainId, address account, uint256 amount, uint256 answerGas) external returns (bytes32) {
        CrossChainCall memory made = _toPeer(chainId, abi.encode(account, amount));
        made.answerGas = answerGas;
        return lastCallId = made.send(0);
    }

    function ask(Request memory request) public payable returns (bytes32) {
        CrossChainCall memory made = _callOf(request);
        return lastCallId = made.send(request.paid);
    }

    function askTwice(Request memory first, Request memory second) external returns (bytes32, bytes32) {
        return (ask(first), ask(second));
    }

    /// @notice Two calls and a token for the second one's target.
    function askWithToken(Request memory request, address second, address token, uint256 amount) external payable {
        CrossChainCall memory made = _callOf(request);
        made.addCall(second, 0, abi.encodeCall(IPayable.pay, (request.amount)));
        made.addToken(token, amount, second);
        lastCallId = made.send(request.paid);
    }

    /// @dev Pays before it notes that it has paid, as a contract with a fault does.
    function payOut(address payable to) public virtual {
        isPaying = true;
        (bool ok,) = to.call{value: 1}("");
        require(ok, "refused");
        isPaying = false;
    }

    function accountOf(uint256 chainId, address owner) external view returns (address) {
        return Hyperchain.accountOf(chainId, owner);
    }

    function tokenOf(uint256 chainId, address token) external view returns (address) {
        return Hyperchain.tokenOf(chainId, token);
    }

    function receiveIdOf(bytes32 callId) external pure returns (bytes32) {
        return Hyperchain.receiveIdOf(callId);
    }

    function _callOf(Request memory request) private pure returns (CrossChainCall memory made) {
        bytes memory data = abi.encodeCall(IPayable.pay, (request.amount));
        made = Hyperchain.call(request.chainId, request.target, request.value, data);
        made.refundTo = request.refundTo;
        made.answerGas = request.answerGas;
        made.answerReward = request.answerReward;
        made.reward = request.reward;
        made.gasLimit = request.gasLimit;
        made.deadline = request.deadline;
        made.destinationToken = request.destinationToken;
    }

    function _onMessage(bytes32 receiveId, uint256, bytes calldata payload) internal virtual override {
        (address account, uint256 amount) = abi.decode(payload, (address, uint256));
        lastReceiveId = receiveId;
        require(amount < 1_000, "above the limit");
        if (isPaying) wasCreditedWhilePaying = true;
        credit[account] += amount;
    }

    function _onAnswer(bytes32 callId, bytes[] memory results) internal override {
        require(!isDeaf, "deaf");
        ++timesTold[callId];
        lastAnswer = results[0].length == 0 ? 0 : abi.decode(results[0], (uint256));
    }

    function _onFailure(bytes32 callId, bytes memory reason) internal override {
        require(!isDeaf, "deaf");
        ++timesTold[callId];
        lastFailure = reason;
    }
}

/// @notice A bank that takes no message while it pays.
contract GuardedBank is Bank {
    modifier whileNotPaying() {
        require(!isPaying, "paying");
        _;
    }

    function _onMessage(bytes32 receiveId, uint256 chainId, bytes calldata payload) internal override whileNotPaying {
        super._onMessage(receiveId, chainId, payload);
    }
}

/// @notice A bank with a gateway of another maker for one chain.
contract BankWithGateway is Bank {
    uint256 private immutable CHAIN;
    address private immutable GATEWAY;

    constructor(uint256 chainId, address gateway) {
        CHAIN = chainId;
        GATEWAY = gateway;
    }

    function gatewayFor(uint256 chainId) public view override returns (address) {
        return chainId == CHAIN ? GATEWAY : super.gatewayFor(chainId);
    }

    function sendPayload(uint256 chainId, bytes calldata payload) external payable returns (bytes32) {
        return _sendMessage(chainId, payload, new bytes[](0), msg.value);
    }
}

/// @notice Stores the message that it should send.
contract RecordingGateway is IERC7786GatewaySource {
    bytes public recipient;
    bytes public payload;
    uint256 public value;

    function supportsAttribute(bytes4) external pure returns (bool) {
        return false;
    }

    function sendMessage(bytes calldata recipient_, bytes calldata payload_, bytes[] calldata)
        external
        payable
        returns (bytes32)
    {
        (recipient, payload, value) = (recipient_, payload_, msg.value);
        return bytes32(uint256(77));
    }
}

/// @notice Requests an answer and pays a reward, but takes no coins.
contract AskerWithoutReceive is CrossChainAnswers {
    function ask(uint256 chainId, address target, uint256 value, uint256 amount) external payable {
        CrossChainCall memory made = Hyperchain.call(chainId, target, value, abi.encodeCall(IPayable.pay, (amount)));
        made.answerGas = 100_000;
        made.answerReward = msg.value - value;
        made.refundTo = address(this);
        made.send(msg.value);
    }

    function _onAnswer(bytes32, bytes[] memory) internal override {}
    function _onFailure(bytes32, bytes memory) internal override {}
}

/// @notice Takes payments, up to a limit.
contract Till is IPayable {
    uint256 public total;
    address public lastPayer;

    function pay(uint256 amount) external payable returns (uint256) {
        require(amount < 1_000, "above the limit");
        total += msg.value;
        lastPayer = msg.sender;
        return amount;
    }
}

/// @notice Reverts with bytes that decode as results.
contract LyingTill is IPayable {
    function pay(uint256) external payable returns (uint256) {
        bytes[] memory results = new bytes[](1);
        results[0] = abi.encode(uint256(777));
        bytes memory all = abi.encode(results);
        assembly {
            revert(add(all, 32), mload(all))
        }
    }
}

/// @notice Returns 5,000 bytes.
contract TalkativeTill is IPayable {
    function pay(uint256) external payable returns (uint256) {
        assembly {
            return(0, 5000)
        }
    }
}

/// @notice Delivers a bundle to a bank from inside the bank's payment.
contract DeliveringPayee {
    bytes private delivery;
    bool public delivered;
    bytes public reason;

    function load(bytes calldata delivery_) external {
        delivery = delivery_;
    }

    function take(Bank bank) external {
        bank.payOut(payable(address(this)));
    }

    receive() external payable {
        (delivered, reason) = address(Hyperchain.HANDLER).call(delivery);
    }
}

/// @notice Sends messages to contracts that have another peer.
contract Stranger {
    function send(uint256 chainId, address recipient, bytes calldata payload) external returns (bytes32) {
        return Hyperchain.message(chainId, recipient, payload).send(0);
    }
}

/// @notice ERC-7930 encodings.
contract InteroperableForms {
    function account(uint256 chainId, address account_) external pure returns (bytes memory) {
        return Interoperable.account(chainId, account_);
    }

    function chain(uint256 chainId) external pure returns (bytes memory) {
        return Interoperable.chain(chainId);
    }

    function parse(bytes calldata encoded) external pure returns (uint256, address) {
        return Interoperable.parse(encoded);
    }
}

/// @notice A proxy's first implementation, with other state than {Bank}.
contract InitializedBank is CrossChainContract {
    uint256 public messages;
    bool private isInitialized;

    function initialize(uint256 chainId, address peer) external {
        require(!isInitialized, "initialized");
        isInitialized = true;
        _setPeer(chainId, peer);
    }

    function _onMessage(bytes32, uint256, bytes calldata) internal override {
        ++messages;
    }
}

/// @notice An ERC-1967 proxy that any account upgrades.
contract OpenProxy {
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    constructor(address implementation, bytes memory data) {
        upgrade(implementation);
        (bool ok,) = implementation.delegatecall(data);
        require(ok, "not initialized");
    }

    function upgrade(address implementation) public {
        assembly {
            sstore(IMPLEMENTATION, implementation)
        }
    }

    fallback() external {
        assembly {
            let implementation := sload(IMPLEMENTATION)
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), implementation, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
