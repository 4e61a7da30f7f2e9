// local stand-in, never committed
#include "formats/yaml.h"
#include "base/text.h"
namespace cupel::yaml {
const Node* Node::find(std::string_view key) const { for (size_t i=0;i<keys.size();++i) if(keys[i].text==key) return &items[i]; return nullptr; }
Reading read(std::string_view text, const Limits&) { Reading r; r.root.kind=Kind::mapping; std::uint32_t n=0; for(auto line: split(text,'\n')){ ++n; auto c=line.find(':'); if(c==line.npos) continue; Node k,v; k.kind=Kind::text; k.text=std::string(trim(line.substr(0,c))); v.text=std::string(trim(line.substr(c+1))); if(v.text.size()>1&&v.text.front()=='"') v.text=v.text.substr(1,v.text.size()-2); v.kind= v.text.empty()?Kind::null:Kind::text; v.begin.line=n; k.begin.line=n; if(v.text.starts_with("[")){ v.kind=Kind::sequence; for(auto p: split(std::string_view(v.text).substr(1,v.text.size()-2),',')){Node i; i.kind=Kind::text;i.text=std::string(trim(p)); v.items.push_back(i);} } r.root.keys.push_back(k); r.root.items.push_back(v);} return r; }
FrontMatter front_matter(std::string_view d, const Limits& l) { FrontMatter f; if(!d.starts_with("---\n")) return f; auto e=d.find("\n---\n",3); if(e==d.npos) return f; f.present=true; f.reading=read(d.substr(0,e),l); f.body=e+5; return f; }
}
