#pragma once

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/istreamwrapper.h>

#include <fstream>
#include <ostream>
#include <string>

#include "wire/json.h"

namespace bridge::wire {

/// The table `name` of tests/wire.
inline rapidjson::Document readGolden(const std::string& name) {
  std::ifstream file(std::string(TESTS_DIR) + "/wire/" + name);
  rapidjson::IStreamWrapper stream(file);
  rapidjson::Document table;
  table.ParseStream(stream);
  EXPECT_TRUE(table.IsArray()) << name;
  return table;
}

inline std::string goldenText(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

/// Bytes as tests/wire/README.md writes them: an isomorphic string, or a list of parts.
inline std::string goldenBytes(const rapidjson::Value& value) {
  std::string out;
  if (value.IsString()) {
    EXPECT_TRUE(json::utf8ToLatin1(goldenText(value), out));
    return out;
  }
  if (value.IsObject()) {
    const std::string once = goldenBytes(value["repeat"]);
    for (unsigned i = 0; i < value["times"].GetUint(); ++i) out += once;
    return out;
  }
  for (const auto& part : value.GetArray()) out += goldenBytes(part);
  return out;
}

}  // namespace bridge::wire
