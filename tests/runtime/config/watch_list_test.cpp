#include "config/watch_list.h"

#include <gtest/gtest.h>

#include "config/settings.h"

namespace bridge::config {
namespace {

WatchList byDefault() { return WatchList(Settings().watchPaths); }

TEST(WatchList, WantsWhatAnApplicationIsMadeOf) {
  const auto list = byDefault();
  for (const auto* path : {".env", "composer.lock", "app/Models/User.php", "app/data.json", "bootstrap/app.php",
                           "config/app.php", "config/services/x.php", "database/migrations/a.php", "public/index.php",
                           "resources/views/welcome.blade.php", "resources/a.php", "routes/web.php", "app"}) {
    EXPECT_TRUE(list.wants(path)) << path;
  }
}

TEST(WatchList, LeavesOutWhatIsWrittenWhileItServes) {
  const auto list = byDefault();
  for (const auto* path : {"database/database.sqlite", "database/database.sqlite-wal", "public/build/app.js",
                           "resources/js/app.js", "storage/logs/laravel.log", "vendor/autoload.php", "README.md",
                           "composer.json", "apples/x.php", "environment", ".env.backup", "app/.env", "artisan"}) {
    EXPECT_FALSE(list.wants(path)) << path;
  }
}

TEST(WatchList, LeavesOutWhatEditorsKeepBesideAFile) {
  const auto list = byDefault();
  for (const auto* path : {"app/.User.php.swp", "app/User.php~", "app/4913", "app/#User.php.tmp", ".env~", ".env.swp",
                           "routes/.#web.php", "app/User.php___jb_tmp___"}) {
    EXPECT_FALSE(list.wants(path)) << path;
  }
  EXPECT_TRUE(WatchList({"config/.x.*"}).wants("config/.x.php")) << "but for what is named";
}

TEST(WatchList, EntersOnlyFoldersThatMayHoldSomething) {
  const auto list = byDefault();
  for (const auto* folder : {"app", "app/Http", "app/Http/Controllers", "bootstrap", "config", "config/x", "database",
                             "public", "public/build", "resources", "resources/views", "routes"}) {
    EXPECT_TRUE(list.enters(folder)) << folder;
  }
  for (const auto* folder :
       {"vendor", "vendor/laravel", "node_modules", "storage", "storage/framework", ".git", "tests", "bootstrap/cache",
        "resources/js/node_modules", "app/.idea", "app/.idea/x", "public/node_modules/deep/er"}) {
    EXPECT_FALSE(list.enters(folder)) << folder;
  }
}

TEST(WatchList, EntersWhatAPatternNamesItself) {
  const WatchList list({"vendor/acme/**/*.php", "storage", "a/*.php", "b/*/c.php", "./d/"});
  for (const auto* folder :
       {"vendor", "vendor/acme", "vendor/acme/src", "storage", "storage/x", "a", "b", "b/x", "d"}) {
    EXPECT_TRUE(list.enters(folder)) << folder;
  }
  for (const auto* folder : {"vendor/other", "a/x", "vendor/acme/node_modules", "vendor/acme/.git"}) {
    EXPECT_FALSE(list.enters(folder)) << folder;
  }
  for (const auto* path :
       {"vendor/acme/a.php", "vendor/acme/src/x/a.php", "storage/x/y", "a/x.php", "b/x/c.php", "d/x"}) {
    EXPECT_TRUE(list.wants(path)) << path;
  }
  for (const auto* path : {"vendor/acme/a.js", "a/x/y.php", "b/x/y/c.php", "vendor/x.php"}) {
    EXPECT_FALSE(list.wants(path)) << path;
  }
}

TEST(WatchList, MayBeEverythingOrNothing) {
  const WatchList all({"."});
  EXPECT_TRUE(all.enters("any/where"));
  EXPECT_TRUE(all.wants("any/file"));
  EXPECT_FALSE(all.enters("vendor"));
  const WatchList none({});
  EXPECT_FALSE(none.enters("app"));
  EXPECT_FALSE(none.wants("app/x"));
}

}  // namespace
}  // namespace bridge::config
