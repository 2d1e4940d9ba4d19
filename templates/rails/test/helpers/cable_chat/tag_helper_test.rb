# frozen_string_literal: true

require "test_helper"

class CableChat::TagHelperTest < ActionView::TestCase
  include Rails.application.routes.url_helpers

  test "options are attributes, and hashes are JSON" do
    chat = element(cable_chat_tag(heading: "Ask us", channel_params: { room: 42 }, action: "generate", class: "panel"))

    assert_equal "Ask us", chat["heading"]
    assert_equal({ "room" => 42 }, JSON.parse(chat["channel-params"]))
    assert_equal "generate", chat["action"]
    assert_equal "panel", chat["class"]
  end

  test "whatever is in an option stays in its attribute" do
    hostile = %("><script>alert(1)</script>)
    html = cable_chat_tag(script: false, heading: hostile, channel_params: { room: hostile })

    assert_equal 1, fragment(html).element_children.size
    assert_equal hostile, element(html)["heading"]
    assert_equal hostile, JSON.parse(element(html)["channel-params"])["room"]
  end

  test "there is nothing inline, for a strict content security policy" do
    html = cable_chat_tag

    assert_empty fragment(html).css("script:not([src]), style, [style], [onclick]")
    assert_equal "module", fragment(html).at_css("script")["type"]
  end

  test "the script is there once a page, or not at all" do
    assert_equal 0, fragment(cable_chat_tag(script: false)).css("script").size
    assert_equal 1, fragment(cable_chat_tag + cable_presence_tag + cable_chat_tag).css("script").size
  end

  test "a block fills the element's slots" do
    html = cable_chat_tag { tag.p("Hello", slot: "empty") }

    assert_equal "Hello", element(html).at_css("p[slot=empty]").text
  end

  test "it opens the cable where the application says" do
    with_cable_at("wss://cable.example.com/cable") do |url|
      assert_equal url, element(cable_chat_tag)["url"]
    end
  end

  test "with tokens, it says where they are; with cookies, the visitor gets one before the socket" do
    if CableChat::Identity.tokens?
      assert_equal "/cable_chat/token", element(cable_chat_tag)["token-url"]
      assert_nil request.cookie_jar[CableChat::Guest::COOKIE]
    else
      assert_nil element(cable_chat_tag)["token-url"]
      assert_equal CableChat::Identity.welcome(request), CableChat::Identity.of(request)
    end
  end

  test "presence that shares the connection of a chat has none of its own" do
    presence = element(cable_presence_tag(for: "chat", max: 3), "cable-presence")

    assert_equal "chat", presence["for"]
    assert_equal "3", presence["max"]
    assert_nil presence["url"]
    assert_nil presence["token-url"]
  end

  test "presence in the block of a chat shares its connection; the next beside it does not" do
    with_cable_at("wss://cable.example.com/cable") do |url|
      html = cable_chat_tag { cable_presence_tag(slot: "header", join: true) }
      presence = element(html, "cable-chat > cable-presence")

      assert_equal %w[join slot], presence.attribute_nodes.map(&:name).sort
      assert_equal "header", presence["slot"]
      assert_equal url, element(html)["url"]
      assert_equal url, element(cable_presence_tag, "cable-presence")["url"]
    end
  end

  test "a block that fails leaves nothing behind" do
    with_cable_at("wss://cable.example.com/cable") do |url|
      assert_raises(RuntimeError) { cable_chat_tag { raise "no" } }
      assert_equal url, element(cable_presence_tag, "cable-presence")["url"]
    end
  end

  test "the script is beside the chat, never in its slots" do
    html = cable_chat_tag { cable_presence_tag(slot: "header", join: true) }

    assert_equal %w[script cable-chat], fragment(html).element_children.map(&:name)
    assert_empty fragment(html).css("cable-chat script")
  end

  private
    def with_cable_at(url)
      original = ActionCable.server.config.url
      ActionCable.server.config.url = url
      yield url
    ensure
      ActionCable.server.config.url = original
    end

    def fragment(html)
      Nokogiri::HTML5.fragment(html)
    end

    def element(html, name = "cable-chat")
      fragment(html).at_css(name)
    end
end
