#include "http/multipart.h"

#include <gtest/gtest.h>

#include <chrono>

namespace bridge::http {
namespace {

class Recorder final : public MultipartHandler {
 public:
  void onPart(PartHead head) override {
    text += "<" + head.name + "|" + (head.filename ? "file " + *head.filename : "field") + "|" + head.contentType + ">";
  }
  void onData(std::string_view data) override {
    EXPECT_FALSE(data.empty());
    text += data;
    bytes += data.size();
  }
  void onPartEnd() override { text += "</>"; }

  std::string text;
  std::size_t bytes = 0;
};

constexpr MultipartLimits kLimits{};

std::string run(const std::vector<std::string_view>& pieces, const MultipartLimits& limits = kLimits) {
  Recorder recorder;
  MultipartParser parser("B", limits);
  for (const auto piece : pieces) {
    if (const auto fed = parser.feed(piece, recorder); !fed) return "refused: " + std::string(fed.error().info().name);
  }
  const auto finished = parser.finish();
  return finished ? recorder.text : "refused: unfinished";
}

/// In one piece, byte by byte and cut in two everywhere: always the same.
std::string parse(const std::string& body, const MultipartLimits& limits = kLimits) {
  const auto whole = run({body}, limits);
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < body.size(); ++i) bytes.push_back(std::string_view(body).substr(i, 1));
  EXPECT_EQ(run(bytes, limits), whole) << "byte by byte";
  for (std::size_t cut = 1; cut < body.size(); ++cut) {
    EXPECT_EQ(run({std::string_view(body).substr(0, cut), std::string_view(body).substr(cut)}, limits), whole) << cut;
  }
  return whole;
}

std::string part(const std::string& head, const std::string& data) {
  return "--B\r\n" + head + "\r\n\r\n" + data + "\r\n";
}
std::string field(const std::string& name, const std::string& data) {
  return part("Content-Disposition: form-data; name=\"" + name + "\"", data);
}
std::string file(const std::string& parameters, const std::string& data) {
  return part("Content-Disposition: form-data; " + parameters + "\r\nContent-Type: image/png", data);
}

TEST(Multipart, ReadsFieldsAndFiles) {
  EXPECT_EQ(parse(field("a", "1") + field("b[c][]", "two\r\nlines") + file("name=\"f\"; filename=\"x.png\"", "data") +
                  "--B--\r\n"),
            "<a|field|>1</><b[c][]|field|>two\r\nlines</><f|file x.png|image/png>data</>");
}

TEST(Multipart, KeepsEveryByteOfTheData) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  for (const std::string& data :
       {std::string(""), std::string("\r\n"), std::string("\r\n\r\n"), std::string("\r"), std::string("\r\r\n"),
        std::string("\n--B"), std::string("--B"), std::string("--B--"), std::string("\r\n-"), std::string("\r\n--"),
        std::string("\r\n--A"), std::string("\r\r\n--\r\n--C"), std::string("-"), all}) {
    EXPECT_EQ(parse("x\r\n" + field("a", "x" + data) + "--B--"), "<a|field|>x" + data + "</>");
  }
}

TEST(Multipart, ReadsEmptyParts) {
  EXPECT_EQ(parse(field("a", "") + field("b", "") + "--B--"), "<a|field|></><b|field|></>");
  EXPECT_EQ(parse("--B\r\nContent-Disposition: form-data; name=a\r\n\r\n--B--"), "<a|field|></>");
  EXPECT_EQ(parse("--B--\r\n"), "");
}

TEST(Multipart, SkipsPreambleEpilogueAndPadding) {
  EXPECT_EQ(parse("This is MIME.\r\n\r\n" + field("a", "1") + "--B--\r\nepilogue\r\n--B\r\n\r\n"), "<a|field|>1</>");
  EXPECT_EQ(parse("\r\n" + field("a", "1") + "--B-- \t\r\n"), "<a|field|>1</>");
  EXPECT_EQ(parse("--B \t \r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B--"), "<a|field|>1</>");
}

TEST(Multipart, SkipsPartsWithoutNameAndFilename) {
  EXPECT_EQ(parse(part("Content-Type: text/plain", "x") + part("Content-Disposition: form-data", "y") +
                  field("a", "1") + "--B--"),
            "<a|field|>1</>");
  EXPECT_EQ(parse("--B\r\n\r\nx\r\n" + field("a", "1") + "--B--"), "<a|field|>1</>");
  EXPECT_EQ(parse(file("filename=\"x\"", "y") + "--B--"), "<|file x|image/png>y</>");
}

TEST(Multipart, ReadsHeadsAsPhpDoes) {
  EXPECT_EQ(parse("--B\ncontent-DISPOSITION:form-data;name=a\n\n1\r\n--B--"), "<a|field|>1</>") << "bare LF in a head";
  EXPECT_EQ(parse(part("Content-Disposition: form-data;\r\n name=\"a\";\r\n\tfilename=\"b\"", "1") + "--B--"),
            "<a|file b|>1</>")
      << "folded";
  EXPECT_EQ(parse(file("name=\"f\"; filename*=UTF-8''x; filename=\"y\"", "1") + "--B--"), "<f|file y|image/png>1</>");
  EXPECT_EQ(parse(file("name=\"f\"; filename*=UTF-8''x", "1") + "--B--"), "<f|field|image/png>1</>");
  EXPECT_EQ(parse(file("name=\"f\"; filename=\"\"", "") + "--B--"), "<f|file |image/png></>");
  EXPECT_EQ(parse(field("\xE2\x82\xAC \xE9", "1") + "--B--"), "<\xE2\x82\xAC \xE9|field|>1</>");
}

TEST(Multipart, RefusesWhatIsMalformed) {
  const std::string bad = "refused: BadRequest";
  EXPECT_EQ(parse(""), "refused: unfinished");
  EXPECT_EQ(parse("hello"), "refused: unfinished");
  EXPECT_EQ(parse(field("a", "1")), "refused: unfinished");
  EXPECT_EQ(parse(field("a", "1") + "--B"), "refused: unfinished");
  EXPECT_EQ(parse(field("a", "1") + "--B-"), "refused: unfinished");
  EXPECT_EQ(parse("--Bx\r\n"), bad);
  EXPECT_EQ(parse("--B-x"), bad);
  EXPECT_EQ(parse("--B-\n"), bad);
  EXPECT_EQ(parse("--B\rx\r\n"), bad);
  EXPECT_EQ(parse("--B\r\r\n"), bad);
  EXPECT_EQ(parse("--B" + std::string(300, ' ') + "\r\n"), bad);
  EXPECT_EQ(parse(part("no colon", "")), bad);
  EXPECT_EQ(parse(part(": x", "")), bad);
  EXPECT_EQ(parse(part("A B: x", "")), bad);
  EXPECT_EQ(parse(part(" A: x", "")), bad);
  EXPECT_EQ(parse(part(std::string("A: \0", 4), "")), bad);
  EXPECT_EQ(parse(part("A: x\ry", "")), bad);
}

TEST(Multipart, HasLimits) {
  const MultipartLimits limits{.parts = 2, .headerBytes = 60, .headerCount = 2};
  const std::string large = "refused: PayloadTooLarge";
  EXPECT_EQ(parse(field("a", "1") + field("b", "2") + "--B--", limits), "<a|field|>1</><b|field|>2</>");
  EXPECT_EQ(parse(field("a", "1") + field("b", "2") + field("c", "3") + "--B--", limits), large);
  EXPECT_EQ(parse(field(std::string(60, 'a'), "1"), limits), large);
  EXPECT_EQ(parse("--B\r\n" + std::string(100, 'a'), limits), large);
  EXPECT_EQ(parse(part("A: b\r\nC: d\r\nE: f", "1"), limits), large);
}

TEST(Multipart, FindsTheBoundaryOfAContentType) {
  const auto boundary = [](const std::string& type) -> std::string {
    const auto result = multipartBoundary(type);
    return !result ? "refused" : result->value_or("none");
  };
  EXPECT_EQ(boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(boundary("Multipart/Form-Data;BOUNDARY=abc"), "abc");
  EXPECT_EQ(boundary("multipart/form-data ; charset=utf-8 ; boundary=abc ; x=y"), "abc");
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"a b?c\""), "a b?c");
  EXPECT_EQ(boundary("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW"),
            "----WebKitFormBoundary7MA4YWxkTrZu0gW");
  EXPECT_EQ(boundary("multipart/form-data; boundary=a=b'c"), "a=b'c");
  EXPECT_EQ(boundary("multipart/mixed; boundary=abc"), "none");
  EXPECT_EQ(boundary("application/json"), "none");
  EXPECT_EQ(boundary(""), "none");
  EXPECT_EQ(boundary("multipart/form-data"), "refused");
  EXPECT_EQ(boundary("multipart/form-data;"), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary"), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary="), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"\""), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"abc"), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary=\""), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"abc\"d"), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary=a\"b"), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary=a; boundary=b"), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary=" + std::string(70, 'x')), std::string(70, 'x'));
  EXPECT_EQ(boundary("multipart/form-data; boundary=" + std::string(71, 'x')), "refused");
}

TEST(Multipart, IsFastEvenOnHostileData) {
  for (const std::string& unit :
       {std::string("x"), std::string("\r"), std::string("\r\n--"), std::string("\r\n--\r\n")}) {
    std::string data;
    while (data.size() < (16U << 20U)) data += unit;
    const auto body = file("name=f; filename=g", data) + "--B--";
    class Counter final : public MultipartHandler {
     public:
      void onPart(PartHead /*head*/) override {}
      void onData(std::string_view piece) override { bytes += piece.size(); }
      void onPartEnd() override {}
      std::size_t bytes = 0;
    } counter;
    MultipartParser parser("B", kLimits);
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t at = 0; at < body.size(); at += 65536) {
      ASSERT_TRUE(parser.feed(std::string_view(body).substr(at, 65536), counter));
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(counter.bytes, data.size());
    EXPECT_LT(seconds.count(), 3.0);
  }
}

}  // namespace
}  // namespace bridge::http
