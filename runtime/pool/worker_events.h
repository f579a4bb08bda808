#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "wire/messages.h"

namespace bridge::pool {

/// What becomes of one request, told to whoever sent it with `Connection::send`.
///
/// Order: taken, info*, answer, body*, end, ready, and stacks between taken and end; or `onLost` instead of the rest,
/// at any point. `onReady` or `onLost` is the last call, and the lease is empty by then. No call comes inside a call to
/// the connection, and none after the lease was destroyed. Every call may destroy the lease, none the pool.
class WorkerEvents {
 public:
  /// The application is about to be called: the request must not be run again.
  virtual void onTaken() {}
  /// The answer to `Connection::askForStack`; perhaps of the request before this one, which its id tells.
  virtual void onStack(wire::Stack /*stack*/) {}
  virtual void onInfo(wire::Info info) = 0;
  virtual void onAnswer(wire::AnswerHead answer) = 0;
  /// Never empty, and never after an answer with a file.
  virtual void onBody(Bytes data) = 0;
  virtual void onEnd(const wire::End& end) = 0;
  /// Terminate work is over: what the request lent to the worker (spool files) can go.
  virtual void onReady() = 0;
  /// WorkerUnreachable: nothing was delivered to the application. WorkerDied, ProtocolViolation: what came is all there
  /// is. Comes after `onEnd` too, when the worker dies in its terminate work.
  virtual void onLost(const Error& error, bool taken) = 0;

 protected:
  ~WorkerEvents() = default;
};

}  // namespace bridge::pool
