#include "upstreams/exec_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/temp_dir.h"

namespace bridge::upstreams {
namespace {

constexpr const char* kService = R"(servicename: x
socketpath: /tmp/x.sock
paths:
  /a:
    get:
      inject: { wd: /, env: [A=own, REQUEST_ID=mine], cmd: echo, channel: cmdline, encoding: json }
      outtake: usocket://uri/{req_id}
)";

class ExecPlanTest : public ::testing::Test {
 protected:
  ExecPlan read(const std::string& text) {
    return readExecPlan(folder.write("service.yaml", text), environment, problems);
  }

  testing::TempDir folder;
  Environment environment{"A=inherited", "B=inherited", "URIPATH=inherited"};
  std::vector<config::Problem> problems;
};

TEST_F(ExecPlanTest, AnOperationHasOurEnvironmentWithItsOwnAndWithoutWhatARequestBrings) {
  const auto plan = read(kService);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(plan.socketPath, "/tmp/x.sock");
  ASSERT_EQ(plan.operations.size(), 1U);
  EXPECT_EQ(plan.operations[0]->name(), "GET /a");
  EXPECT_EQ(plan.operations[0]->environment, (std::vector<std::string>{"A=own", "B=inherited"}));
}

TEST_F(ExecPlanTest, WhatIsWrongNamesTheFile) {
  read("paths: [");
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems[0].variable, folder.file("service.yaml"));
  problems.clear();
  (void)readExecPlan(folder.file("none.yaml"), environment, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].variable, "UROCKET_CONFIG");
}

TEST_F(ExecPlanTest, ADocumentIsNeededOnlyWhereSomethingIsValidated) {
  const std::string missing = "openapi: none.yaml\n";
  const auto plan = read(missing + kService);
  EXPECT_TRUE(problems.empty());
  EXPECT_TRUE(std::ranges::any_of(plan.remarks,
                                  [](const auto& remark) { return remark.find("none.yaml") != std::string::npos; }));
  read(missing + kService + "      validate-in: true\n");
  EXPECT_FALSE(problems.empty());
}

}  // namespace
}  // namespace bridge::upstreams
