// The Markdown page of a format, made from its layout or table: `format docs`.
#pragma once

#include <string>
#include <string_view>

#include "core/catalogue.hpp"
#include "formats/plan.hpp"
#include "formats/xml_table.hpp"

namespace counterfoil {

[[nodiscard]] std::string layout_page(const LayoutPlan& plan, const Scheme& scheme);
[[nodiscard]] std::string table_page(const XmlPlan& plan, const XmlTable& table, const Scheme& scheme,
                                     std::string_view format);

/// Of a format with a grammar of its own: the codes its scheme knows.
[[nodiscard]] std::string codes_page(const Scheme& scheme, std::string_view format, std::string_view title);

/// "file = header batch+ trailer fill*", as the layout writes it.
[[nodiscard]] std::string order_text(const LayoutPlan& plan);

}  // namespace counterfoil
