// cxx_thread.cpp - conforming: C++ with its runtime inside: static objects with constructors,
// virtual functions, new and delete, exceptions that are caught inside, std::thread.
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#define _Static_assert static_assert
extern "C" {
#include "plain_common.h"
}

namespace {

class Operation {
 public:
  virtual ~Operation() = default;
  virtual void begin(plain *p) = 0;
  virtual void end() = 0;
};

// Made when the DLL is loaded; every replay begins with it as it was then.
struct Journal {
  std::vector<std::string> lines;
  Journal() { lines.push_back("a line that is too long to be kept inside of the string itself"); }
} journal;

void guarded(plain *p) {
  try {
    if (journal.lines.size() > 1) throw std::runtime_error(journal.lines.back());
    throw 1;
  } catch (const std::exception &e) {
    if (std::string(e.what()).size() < 9) return;  // the monitor would miss the report
  } catch (int) {
  }
  p->body(p);
}

class Threaded : public Operation {
 public:
  void begin(plain *p) override {
    journal.lines.push_back("operation " + std::to_string(journal.lines.size()) +
                            " of many that come");
    thread_ = std::thread(guarded, p);
  }
  void end() override { thread_.join(); }

 private:
  std::thread thread_;
};

DWORD start(plain *p, plain_body) {
  Operation *operation = nullptr;
  try {
    operation = new Threaded;
    operation->begin(p);
  } catch (const std::exception &) {  // no memory, no thread
    delete operation;
    return ERROR_NOT_ENOUGH_MEMORY;
  }
  p->own = operation;
  return ERROR_SUCCESS;
}

void join(plain *p) {
  Operation *operation = static_cast<Operation *>(p->own);
  operation->end();
  delete operation;
  p->own = nullptr;
}

const plain_runner threads = {start, join};

struct plain_traits make() {
  struct plain_traits traits = {};
  traits.runner = &threads;
  return traits;
}

}  // namespace

extern "C" {
extern const struct plain_traits plain_traits;
const struct plain_traits plain_traits = make();
}
